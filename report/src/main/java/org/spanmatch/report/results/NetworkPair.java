package org.spanmatch.report.results;

/**
 * A pair of several networks.
 *
 * @param <R> the type of their result
 * @param x the position of the first network among all, from 0
 * @param y the position of the second network
 * @param result what was found of the two
 */
public record NetworkPair<R>(int x, int y, R result) {}
