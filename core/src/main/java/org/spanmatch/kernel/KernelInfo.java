package org.spanmatch.kernel;

/**
 * What a kernel runs on.
 *
 * @param name the backend's name, such as {@code reference}
 * @param device the processor that computes, in words
 * @param threads number of computing threads
 * @param arithmetic number format and method, such as "float64, Householder QR"
 * @param reason why this backend was chosen
 */
public record KernelInfo(
    String name, String device, int threads, String arithmetic, String reason) {}
