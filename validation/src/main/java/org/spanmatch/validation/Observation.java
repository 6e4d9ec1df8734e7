package org.spanmatch.validation;

import java.util.Optional;

/**
 * The result of one check on one case.
 *
 * @param example the case's name
 * @param check the check's name
 * @param finding what was found
 * @param seconds duration of the check
 * @param counterExample the smallest problem found that fails too; empty if none was sought
 */
public record Observation(
    String example,
    String check,
    Finding finding,
    double seconds,
    Optional<CounterExample> counterExample) {}
