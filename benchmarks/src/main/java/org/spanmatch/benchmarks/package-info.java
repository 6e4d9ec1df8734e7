/** JMH benchmarks of the kernels, compared with other libraries and the limits of the machine. */
package org.spanmatch.benchmarks;
