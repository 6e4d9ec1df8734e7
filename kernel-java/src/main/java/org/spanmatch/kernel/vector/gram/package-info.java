/**
 * Compression to the Gram matrix, for standard precision: through {@code LayerPacker} into {@code
 * GramMatrix}, scaled to unit norm in {@code GramVectors}. {@link
 * org.spanmatch.kernel.vector.gram.GramTables} makes tables of a Gram matrix that was computed
 * elsewhere.
 */
package org.spanmatch.kernel.vector.gram;
