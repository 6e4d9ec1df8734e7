/**
 * Compares two networks: {@link org.spanmatch.compare.LayerPairs} pairs the layers of two files,
 * {@link org.spanmatch.compare.GramLayerPairs} those of Gram matrices; {@link
 * org.spanmatch.compare.LayerComparison} asks a {@link org.spanmatch.compare.Question} of a pair,
 * and asks again in high precision where the answer is in doubt.
 */
package org.spanmatch.compare;
