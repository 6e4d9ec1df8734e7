package org.spanmatch.cli.report;

/**
 * Something of the first network and the same of the second.
 *
 * @param x the first network's
 * @param y the second network's
 */
public record Both<T>(T x, T y) {}
