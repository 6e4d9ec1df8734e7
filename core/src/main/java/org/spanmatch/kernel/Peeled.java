package org.spanmatch.kernel;

/**
 * One step of {@link ProjectionTable#peel}: the removed neuron, which was the farthest from the
 * span of the other group's remaining neurons.
 *
 * @param group the neuron's group
 * @param neuron the neuron's position in its layer
 * @param distance the neuron's relative distance
 * @param errorBound bound on the absolute error of that distance
 * @param highest the largest distance plus error bound of all neurons then left in either group,
 *     this one included: an upper bound on the largest true distance
 */
public record Peeled(Group group, int neuron, double distance, double errorBound, double highest) {}
