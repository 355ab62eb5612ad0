import type { ScreenStyle } from './screen.ts';
import type { ZoneResult } from './status-zones.ts';

/** How the status of zones can be written; JSON is the document of `--json`. */
export const STATUS_FORMATS = ['text', 'html', 'svg', 'prometheus'] as const;

export type StatusFormat = (typeof STATUS_FORMATS)[number];

/** The status of zones as text; what a format needs is loaded with it. */
export async function formatStatus(
  format: StatusFormat,
  results: readonly ZoneResult[],
  isOneZone: boolean,
  now: number,
  screen: ScreenStyle,
): Promise<string> {
  switch (format) {
    case 'text': {
      const [only] = results;
      if (isOneZone && only !== undefined && 'status' in only)
        return (await import('./status-text.ts')).statusText(only.status, screen);
      return (await import('./status-table.ts')).statusTable(results, now, screen);
    }
    case 'html':
      return (await import('./status-html.ts')).statusPage(results, now);
    case 'svg': {
      const { timelineFile } = await import('./timeline-svg.ts');
      return timelineFile(
        results.flatMap((result) =>
          'error' in result ? [] : [{ title: result.zone, timeline: result.status.timeline }],
        ),
      );
    }
    case 'prometheus':
      return (await import('./status-prometheus.ts')).prometheus(results, now);
  }
}
