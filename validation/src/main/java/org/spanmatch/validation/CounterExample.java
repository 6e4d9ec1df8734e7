package org.spanmatch.validation;

/**
 * The smallest problem found on which a check fails as it did on its case.
 *
 * @param problem the problem
 * @param finding what the check finds with it
 */
public record CounterExample(Case problem, Finding finding) {}
