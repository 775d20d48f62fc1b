{{%AUTOESCAPE context="HTML"}}<header class="listing-head">
  <p class="kicker">Campaign</p>
  <h1>{{HEADING}}</h1>
  <p>{{SENTENCE}}{{#ENDS}} <span class="quiet">Until {{END}}.</span>{{/ENDS}}</p>
</header>
{{#PART}}<section class="campaign-part">
  <h2>{{PART_HEADING}}</h2>
  <ul class="campaign-shelves">
    {{#SHELF_LINK}}<li><a href="{{SHELF_PATH}}">{{SHELF_NAME}}</a></li>{{/SHELF_LINK}}
  </ul>
  <ul class="books grid">
{{>CARD}}
  </ul>
</section>{{/PART}}
