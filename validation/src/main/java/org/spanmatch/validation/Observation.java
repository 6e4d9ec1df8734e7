package org.spanmatch.validation;

import java.util.Optional;

/**
 * What one check found on one case.
 *
 * @param example the case's name
 * @param check the check's name
 * @param finding what was found
 * @param seconds how long it took
 * @param counterExample a smaller problem that fails, where one was looked for and found
 */
public record Observation(
    String example,
    String check,
    Finding finding,
    double seconds,
    Optional<CounterExample> counterExample) {}
