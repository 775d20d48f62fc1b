{{%AUTOESCAPE context="HTML"}}{{#LIST}}<ul class="suggestions">
{{#SUGGESTION}}<li><a href="{{LINK}}" id="suggestion-{{NUMBER}}"><span>{{NAME}}</span> <span class="quiet">{{DETAIL}}</span></a></li>
{{/SUGGESTION}}</ul>{{/LIST}}
