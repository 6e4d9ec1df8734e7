/** The place of the CUDA backend; so far it only reports that it is not there. */
package org.spanmatch.kernel.cuda;
