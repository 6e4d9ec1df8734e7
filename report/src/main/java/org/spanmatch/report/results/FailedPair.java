package org.spanmatch.report.results;

/**
 * Two layers that are not compared, in the shape of JSON results.
 *
 * @param xLayer the name of the first network's layer
 * @param yLayer the name of the second network's layer
 * @param reason why, in a sentence
 */
public record FailedPair(String xLayer, String yLayer, String reason) {}
