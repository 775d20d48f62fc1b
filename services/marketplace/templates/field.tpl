{{%AUTOESCAPE context="HTML"}}<div class="field">
  <label for="{{NAME}}">{{LABEL}}{{#OPTIONAL}} <span class="quiet">(if you like)</span>{{/OPTIONAL}}</label>
  {{#HINTED}}<p class="hint" id="{{NAME}}-hint">{{HINT}}</p>{{/HINTED}}
  <input id="{{NAME}}" name="{{NAME}}" type="{{TYPE}}" value="{{VALUE}}" maxlength="{{LENGTH_MAX}}"{{#COMPLETED}} autocomplete="{{AUTOCOMPLETE}}"{{/COMPLETED}}{{#KEYED}} inputmode="{{INPUTMODE}}"{{/KEYED}}{{#REQUIRED}} required{{/REQUIRED}}{{#INVALID}} aria-invalid="true"{{/INVALID}}{{#DESCRIBED}} aria-describedby="{{NAME}}-hint {{NAME}}-wrong"{{/DESCRIBED}}>
  {{#WRONG}}<p class="wrong" id="{{NAME}}-wrong">{{SENTENCE}}</p>{{/WRONG}}
</div>
