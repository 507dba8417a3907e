/** Makes ids of the form `req_<n>_<8 hex>`, with n counted from 1; the second part is the same for all, and keeps two hosts on one recording apart. */
export function createRequestIds(random: () => number = Math.random): () => string {
  const host = Math.floor(random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');
  let count = 0;
  return () => `req_${++count}_${host}`;
}
