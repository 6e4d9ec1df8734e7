package org.spanmatch.cli.demo;

/**
 * What the neurons of one layer put out for a set of digits.
 *
 * @param name the layer's name
 * @param neurons number of neurons
 * @param values one row for each digit, {@code neurons} values each; not copied, must not change
 */
@SuppressWarnings("ArrayRecordComponent") // Only handed on; never compared or printed.
public record LayerOutput(String name, int neurons, float[] values) {}
