/**
 * Compression by Householder QR, for high precision: block by block through {@code Reflections}
 * into {@code TallSkinnyQr}, whose triangular factor gives {@code TriangularVectors}.
 */
package org.spanmatch.kernel.vector.qr;
