/** Names and tables as a terminal can show them. */
package org.spanmatch.report.text;
