{{%AUTOESCAPE context="HTML"}}<section class="plain account">
  <h1>{{HEADING}}</h1>
  {{#LEAD}}<p class="account-lead">{{LEAD_SENTENCE}}</p>{{/LEAD}}
  {{#PROBLEM}}<p class="flash bad" role="alert">{{PROBLEM_SENTENCE}}</p>{{/PROBLEM}}
  <form class="form" method="post" action="{{ACTION}}">
    <input type="hidden" name="csrf" value="{{CSRF}}">
    {{#HIDDEN}}<input type="hidden" name="{{NAME}}" value="{{VALUE}}">
    {{/HIDDEN}}
{{>FIELD}}
    <p class="form-end"><button class="button{{#GRAVE}} grave{{/GRAVE}}" type="submit">{{BUTTON}}</button></p>
  </form>
  {{#WAYS}}
  <ul class="account-ways">
    {{#WAY}}<li><a href="{{LINK}}">{{WORDS}}</a></li>{{/WAY}}
  </ul>
  {{/WAYS}}
</section>
