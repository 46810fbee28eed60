//! The description of the API: OpenAPI 3.1, made of the routes and of the declared fields of records.

use axum::extract::Request;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::PREFIX;
use super::answered::{Answered, Conditions};
use super::route::Route;
use super::schema::components;
use crate::problem::Problem;

/// Answers with the description, to everybody: it holds no record.
pub(crate) async fn answer(request: Request) -> Result<Response, Problem> {
    let conditions = Conditions::new(request.headers(), request.uri());
    let document = Answered::one(Some(super::openapi()), String::new)?;
    Ok(document.respond(&conditions))
}

/// The description of these routes.
pub(crate) fn of(routes: &[Route]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes {
        let path = format!("{PREFIX}{}", route.path);
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        if let Value::Object(methods) = methods {
            methods.insert(route.method.as_str().to_ascii_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Evidence store for AI agents",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components(),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key of `logs keys issue`."},
            },
        },
    })
}

fn operation(route: &Route) -> Value {
    let parameters: Vec<Value> = route
        .parameters
        .iter()
        .map(|parameter| {
            json!({
                "name": parameter.name,
                "in": "query",
                "required": parameter.is_required,
                "description": parameter.description,
                "schema": parameter.schema.json(),
            })
        })
        .collect();
    let problem = |description: &str| {
        json!({
            "description": description,
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}},
            },
        })
    };
    let mut operation = json!({
        "tags": [route.tag],
        "summary": route.summary,
        "operationId": operation_id(route),
        "description": format!("The caller needs the role `{}`.", route.role),
        "security": [{"key": [route.role.as_str()]}],
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "The answer",
                "content": {route.answer.media_type(): {"schema": route.answer.json()}},
            },
            "default": problem("Why there is no answer"),
        },
    });
    if let Some(body) = route.body
        && let Value::Object(members) = &mut operation
    {
        members.insert("requestBody".to_owned(), body());
    }
    operation
}

fn operation_id(route: &Route) -> String {
    let words = route.path.split(['/', '.']).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    format!(
        "{}_{}",
        route.method.as_str().to_ascii_lowercase(),
        words.join("_")
    )
}
