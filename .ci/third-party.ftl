<#-- A row of a table for each library: what it is, and under which licences. -->
<#list dependencyMap as e>
<#assign library = e.getKey()/>
| `${library.groupId}:${library.artifactId}` | ${library.version} | ${e.getValue()?join(" or ")} |
</#list>
