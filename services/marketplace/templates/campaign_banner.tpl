{{%AUTOESCAPE context="HTML"}}<li><a href="{{LINK}}">{{TEXT}}</a>{{#ENDS}} <span class="until">until {{END}}</span>{{/ENDS}}</li>
