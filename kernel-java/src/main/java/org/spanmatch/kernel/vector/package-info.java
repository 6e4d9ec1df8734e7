/**
 * The fast kernel in pure Java: one pass over the activations accumulates their Gram matrix through
 * a register-tiled micro-kernel, in Vector API code where the JVM has it; distances come from
 * Cholesky factors of parts of that matrix.
 *
 * <p>Data flows from {@link org.spanmatch.data.LayerActivations} through {@code LayerPacker} into
 * {@code PackedSamples}, is multiplied by {@code MicroKernel} into {@code GramMatrix}, and is asked
 * for distances by {@code GramTable}.
 */
package org.spanmatch.kernel.vector;
