/**
 * What stands beside a match and is found in the inner products alone, without a table: the
 * similarity by {@link org.spanmatch.similarity.Chance}, and measures of the similarity of two
 * layers. {@link org.spanmatch.similarity.Measure#all} lists these, and {@link
 * org.spanmatch.similarity.LayerGrams} holds what they share. {@link
 * org.spanmatch.similarity.HeldOut} and {@link org.spanmatch.similarity.Jackknife} ask parts of the
 * samples, as a {@link org.spanmatch.similarity.Split} divides them.
 */
package org.spanmatch.similarity;
