{{%AUTOESCAPE context="XML"}}<?xml version="1.0" encoding="UTF-8"?>
<sitemapindex xmlns="{{NAMESPACE}}">
{{#FILE}}<sitemap><loc>{{LOCATION}}</loc></sitemap>
{{/FILE}}</sitemapindex>
