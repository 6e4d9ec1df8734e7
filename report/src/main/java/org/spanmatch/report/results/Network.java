package org.spanmatch.report.results;

/**
 * One of the networks that are compared, as a part of the JSON result.
 *
 * @param name what outputs and figures call it
 * @param file where its activations come from
 */
public record Network(String name, String file) {}
