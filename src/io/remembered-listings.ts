import type { FileStore } from '../keys/file-store.ts';

/**
 * A file store that lists each directory once, for runs over many zones whose keys lie side by side. It is for runs that make and remove no files
 * of which a list matters.
 */
export function rememberedListings(files: FileStore): FileStore {
  const listings = new Map<string, Promise<readonly string[]>>();
  return {
    ...files,
    list(directory) {
      let listing = listings.get(directory);
      if (listing === undefined) {
        listing = files.list(directory);
        listings.set(directory, listing);
      }
      return listing;
    },
  };
}
