// Package leaksearch looks for what must not be there: it searches everything that a cache stores, and files
// made from it, for words that tests planted where names of people stand.
//
// Words: a marker is a planted word; a hit is a place where it was found, and the form it had there.
//
// Guarantee: a marker is found as it is, in any case of letters, in UTF-16, as base64 at any offset, as hex,
// and as its unkeyed SHA-256, which anyone who guesses the word could test; in blobs, records, file names and
// raw files of the store alike; and within zstd, zlib and gzip data and base64 data URIs, nested five deep.
//
// Limits: it is for tests. Text drawn into pixels, encrypted data and other compressions (snappy, brotli, bare
// deflate) are not seen through. A marker should be a dozen letters or more that mean nothing.
package leaksearch
