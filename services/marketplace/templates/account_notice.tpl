{{%AUTOESCAPE context="HTML"}}<section class="plain account">
  <h1>{{HEADING}}</h1>
  <p>{{SENTENCE}}</p>
  {{#MORE}}<p class="quiet">{{MORE_SENTENCE}}</p>{{/MORE}}
  <p>{{#WAY}}<a{{#FIRST}} class="button"{{/FIRST}} href="{{LINK}}">{{WORDS}}</a> {{/WAY}}</p>
</section>
