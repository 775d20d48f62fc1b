{{%AUTOESCAPE context="HTML"}}<nav class="pager" aria-label="Pages">
  {{#FIRST}}<a href="{{FIRST_LINK}}" rel="first">First page</a>{{/FIRST}}
  <span>Page {{NUMBER}}</span>
  {{#NEXT}}<a class="button" href="{{NEXT_LINK}}" rel="next">Next page</a>{{/NEXT}}
</nav>
