/**
 * What makers of a backend build on; whoever only matches layers needs none of it.
 *
 * <p>{@link org.spanmatch.kernel.backend.GramPass} reads layers once, {@link
 * org.spanmatch.kernel.backend.ScaledLayer} brings their values into range, and {@link
 * org.spanmatch.kernel.backend.LivingPair} and {@link org.spanmatch.kernel.backend.UnitGram} make
 * of a Gram matrix what a table starts from: living neurons of unit norm. {@link
 * org.spanmatch.kernel.backend.SampleRows} reads a layer as rows of doubles, where speed does not
 * matter. {@link org.spanmatch.kernel.backend.HardwareFma} says whether a fused multiply-add is
 * fast.
 */
package org.spanmatch.kernel.backend;
