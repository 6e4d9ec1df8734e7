package org.spanmatch.validation;

/**
 * The smallest problem found on which a check fails in the same way as on its case.
 *
 * @param problem the problem
 * @param finding what the check finds on it
 */
public record CounterExample(Case problem, Finding finding) {}
