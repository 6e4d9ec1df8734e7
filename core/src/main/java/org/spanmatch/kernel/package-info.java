/**
 * The interface that every backend implements.
 *
 * <p>A {@link org.spanmatch.kernel.ProjectionKernel} compresses the activations of two groups of
 * neurons once; the {@link org.spanmatch.kernel.ProjectionTable} that comes out answers what the
 * matching algorithms ask: the {@link org.spanmatch.kernel.Distances} of the neurons of one group
 * to the span of what is left of the other. {@link org.spanmatch.kernel.selection} finds backends
 * and chooses one.
 *
 * <p>Backends may differ in method, not in meaning: every distance comes with an error bound that
 * holds for the arithmetic used, and two backends agree on every decision that the bound makes
 * certain.
 */
package org.spanmatch.kernel;
