/**
 * Measures of the similarity of two layers, all from their inner products: {@link
 * org.spanmatch.similarity.Measure#all} lists them, {@link org.spanmatch.similarity.LayerGrams}
 * holds what they share.
 */
package org.spanmatch.similarity;
