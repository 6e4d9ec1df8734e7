package org.spanmatch.kernel;

/**
 * One step of {@link ProjectionTable#peel}: the neuron farthest from the span of what was left of
 * the other group, when it was removed.
 *
 * @param group the neuron's group
 * @param neuron its position in its layer
 * @param distance its relative distance
 * @param errorBound the bound on the error of that distance
 * @param highest the largest distance plus error bound of all neurons that were left in either
 *     group, this one among them: what the largest distance is at most
 */
public record Peeled(Group group, int neuron, double distance, double errorBound, double highest) {}
