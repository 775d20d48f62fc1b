{{%AUTOESCAPE context="HTML"}}{{#LIST}}<div class="suggestions" id="suggestion-list" role="listbox" aria-label="Suggestions">
{{#SUGGESTION}}<a href="{{LINK}}" id="suggestion-{{NUMBER}}" role="option" aria-selected="false" tabindex="-1"><span>{{NAME}}</span> <span class="quiet">{{DETAIL}}</span></a>
{{/SUGGESTION}}</div>{{/LIST}}
