{{%AUTOESCAPE context="HTML"}}<section class="shelf" aria-labelledby="{{ID}}-title">
  <div class="shelf-head">
    <h2 id="{{ID}}-title">{{TITLE}}</h2>
    {{#MORE}}<a class="more" href="{{MORE_LINK}}">{{MORE_TEXT}}</a>{{/MORE}}
  </div>
  {{#NOTE}}<p class="note">{{NOTE_TEXT}}</p>{{/NOTE}}
  <ul class="books row">
{{>CARD}}
  </ul>
</section>
