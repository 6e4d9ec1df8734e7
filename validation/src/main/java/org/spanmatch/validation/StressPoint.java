package org.spanmatch.validation;

import org.spanmatch.gram.Precision;

/**
 * What a backend states and computes at one place of an axis.
 *
 * @param backend its name
 * @param precision how it computed
 * @param axis what is driven up
 * @param parameter how far, in units of the axis
 * @param bound the largest error bound of all neurons' distances
 * @param error the largest error, by the arbiter
 * @param finding whether each error is within its bound; both numbers are 0 where the backend
 *     failed
 */
public record StressPoint(
    String backend,
    Precision precision,
    StressAxis axis,
    double parameter,
    double bound,
    double error,
    Finding finding) {}
