package org.spanmatch.validation;

import org.spanmatch.gram.Precision;

/**
 * A backend's stated bound and true error at one point of a stress axis.
 *
 * @param backend the backend's name
 * @param precision the precision of its table
 * @param axis the stress axis
 * @param parameter the point, in units of the axis
 * @param bound the largest stated error bound of all neurons' distances
 * @param error the largest error, by the arbiter
 * @param finding whether each error is within its bound; bound and error are 0 if the backend
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
