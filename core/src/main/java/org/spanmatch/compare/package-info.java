/**
 * Compares two networks: {@link org.spanmatch.compare.LayerPairs} pairs the layers of two files or
 * of Gram matrices; {@link org.spanmatch.compare.LayerComparison} asks a {@link
 * org.spanmatch.compare.Question} of a pair, and asks again in high precision where the answer is
 * in doubt; {@link org.spanmatch.compare.Warning} says where a similarity means little.
 */
package org.spanmatch.compare;
