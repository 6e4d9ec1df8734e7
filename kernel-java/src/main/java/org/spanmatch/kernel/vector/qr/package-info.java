/**
 * Triangular factors from one pass over the activations, for high precision: {@code TallSkinnyQr}
 * absorbs blocks of samples with {@code Reflections}.
 */
package org.spanmatch.kernel.vector.qr;
