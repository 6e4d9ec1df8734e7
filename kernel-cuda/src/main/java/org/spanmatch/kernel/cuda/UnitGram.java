package org.spanmatch.kernel.cuda;

/**
 * The cosines of all pairs of living neurons' activation vectors, on a device. Vectors are named by
 * their row.
 *
 * @param values symmetric, {@code size × size}, with ones on the diagonal
 * @param size number of vectors
 * @param error bound on the absolute error of the elements
 * @param storageRoundoff u_data, the relative rounding of the stored activations
 */
record UnitGram(DeviceMemory values, int size, double error, double storageRoundoff) {}
