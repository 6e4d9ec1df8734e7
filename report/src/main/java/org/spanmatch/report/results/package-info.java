/** Results as records, in the shape of their JSON. */
package org.spanmatch.report.results;
