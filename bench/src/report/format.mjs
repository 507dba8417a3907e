const dash = '–';

function plain(value, digits) {
  return value === undefined ? dash : value.toFixed(digits);
}

/**
 * Median, with the least and the greatest.
 * @param {undefined | { median: number, min: number, max: number }} value
 * @param {number} digits
 */
export function spread(value, digits = 2) {
  return value === undefined ? dash : `${plain(value.median, digits)} (${plain(value.min, digits)}–${plain(value.max, digits)})`;
}

/** @param {undefined | { median: number }} value */
export function median(value, digits = 2) {
  return plain(value?.median, digits);
}

/**
 * Rows of cells as lines of a Markdown table; the first is its head.
 * @param {readonly (readonly string[])[]} rows
 */
export function markdownTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length), 3));
  const pad = (cell, column) => cell + ' '.repeat(widths[column] - [...cell].length);
  const line = (cells) => `| ${cells.map(pad).join(' | ')} |`;
  return [line(rows[0]), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join('\n');
}
