/** The page that shows results in a browser: one file, made of what results' JSON holds. */
package org.spanmatch.report.page;
