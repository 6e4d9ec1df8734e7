/**
 * The interface that every backend implements.
 *
 * <p>A {@link org.spanmatch.kernel.ProjectionKernel} compresses the activations of two groups of
 * neurons once. The resulting {@link org.spanmatch.kernel.ProjectionTable} gives the matching
 * algorithms the {@link org.spanmatch.kernel.Distances} of one group's neurons to the span of the
 * other group's remaining neurons. {@link org.spanmatch.kernel.selection} finds backends and
 * chooses one; {@link org.spanmatch.kernel.backend} helps to write one.
 *
 * <p>Backends may differ in method, not in meaning: every distance comes with an error bound for
 * the arithmetic used, and two backends agree on every decision that the bound makes certain.
 */
package org.spanmatch.kernel;
