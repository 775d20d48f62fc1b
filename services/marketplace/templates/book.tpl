{{%AUTOESCAPE context="HTML"}}<article class="book" aria-labelledby="book-title">
  <div class="book-cover"><img src="{{COVER}}" width="400" height="600" alt=""></div>
  <div class="book-words">
    {{#SERIES}}<p class="kicker"><a href="{{LINK}}">{{SERIES_TITLE}}</a>{{#NUMBERED}}, book {{NUMBER}}{{/NUMBERED}}</p>{{/SERIES}}
    <h1 id="book-title" lang="{{LANG}}">{{TITLE}}</h1>
    {{#SUBTITLED}}<p class="subtitle" lang="{{LANG}}">{{SUBTITLE}}</p>{{/SUBTITLED}}
    <p class="book-by">by {{#AUTHOR}}{{JOINT}}<a href="{{LINK}}">{{NAME}}</a>{{/AUTHOR}}</p>
    {{#RATED}}<p class="rated"><span class="star" aria-hidden="true">★</span> {{RATING}} <span class="quiet">of 5 · {{RATINGS}}</span></p>{{/RATED}}
    {{#DESCRIBED}}<p class="lead" lang="{{LANG}}">{{DESCRIPTION}}</p>{{/DESCRIBED}}
    {{#BECAUSE}}<p class="because">For you because you looked at {{#REASON}}{{JOINT}}<a href="{{LINK}}">{{NAME}}</a>{{/REASON}}.</p>{{/BECAUSE}}
    <form id="buy" action="/cart/items" method="post"><input type="hidden" name="csrf" value="{{CSRF}}"></form>
{{>OFFER}}
    <ul class="banners of-book">
{{>CAMPAIGN_BANNER}}
    </ul>
    <dl class="facts">
      {{#FACT}}<div><dt>{{LABEL}}</dt><dd>{{VALUE}}</dd></div>{{/FACT}}
    </dl>
    <ul class="tags" aria-label="Subjects">
      {{#SUBJECT}}<li><a href="{{LINK}}">{{NAME}}</a></li>{{/SUBJECT}}
    </ul>
  </div>
</article>
{{>SHELF}}
{{#NO_SIMILAR}}<p class="note away">We cannot look for similar books at the moment.</p>{{/NO_SIMILAR}}
