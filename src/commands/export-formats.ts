/** The forms in which a private key can leave: PKCS #8 in PEM, a JSON Web Key, BIND's `.private` file. */
export const EXPORT_FORMATS = ['pem', 'jwk', 'bind'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];
