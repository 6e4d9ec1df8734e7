/**
 * The fast kernel in pure Java. One pass over the activations accumulates their Gram matrix or, for
 * high precision, their triangular factor; removals update the projections instead of computing
 * them again.
 *
 * <p>Each package uses those before it: {@link org.spanmatch.kernel.vector.gemm} multiplies
 * matrices, {@link org.spanmatch.kernel.vector.factor} factorises, {@link
 * org.spanmatch.kernel.vector.projection} projects one group of compressed vectors on the span of
 * the other. {@link org.spanmatch.kernel.vector.gram} and {@link org.spanmatch.kernel.vector.qr}
 * compress layers, at standard and at high precision; neither uses the other.
 */
package org.spanmatch.kernel.vector;
