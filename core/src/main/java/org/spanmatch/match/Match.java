package org.spanmatch.match;

import java.util.List;

/**
 * The maximum match of two groups for one ε: the largest subsets X* and Y* such that every neuron
 * of one lies within relative distance ε of the span of the other.
 *
 * @param epsilon ε, in [0, 1]
 * @param x X*: positions in the first layer, ascending
 * @param y Y*: positions in the second layer, ascending
 * @param similarity (|X*| + |Y*|) / (n_X + n_Y), in [0, 1], dead neurons counted in the
 *     denominator; 0 for two groups without neurons
 * @param borderlineX neurons of the first group whose decision was within the error bound,
 *     ascending
 * @param borderlineY the borderline neurons of the second group
 */
public record Match(
    double epsilon,
    List<Integer> x,
    List<Integer> y,
    double similarity,
    List<Integer> borderlineX,
    List<Integer> borderlineY) {}
