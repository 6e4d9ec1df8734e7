/**
 * The fast kernel in pure Java: one pass over the activations accumulates their Gram matrix, or for
 * high precision their triangular factor, through a register-tiled micro-kernel, in Vector API code
 * where the JVM has it; removals update the projections instead of computing them again.
 *
 * <p>Data flows from {@link org.spanmatch.data.LayerActivations} into a {@code JointMatrix}:
 * through {@code LayerPacker} and {@code PackedSamples} into {@code GramMatrix}, or block by block
 * through {@code Reflections} into {@code TallSkinnyQr}. Scaled to unit norm they are {@code
 * CompressedVectors}, from which {@code SweptSpan} projects one group on the other; {@code
 * SweptTable} holds both directions. {@code MicroKernel} is below all matrix products, {@code
 * Workers} are the threads. {@link org.spanmatch.kernel.vector.GramTables} lets others begin with a
 * Gram matrix of their own.
 */
package org.spanmatch.kernel.vector;
